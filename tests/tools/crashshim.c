/* LD_PRELOAD shim: counts, logs and breaks file-changing libc calls below $CRASH_ROOT.
   CRASH_AT=n   act on the n-th call (1-based); 0/unset = only count
   CRASH_MODE   kill (SIGKILL before the call) | killafter | short (half the write, then SIGKILL) | ENOSPC | EIO | ENOSPC+ (from n on)
                | SIGTERM | SIGINT (and go on)
   CRASH_LOG    binary log: "op\0path\0arg2\0off\0len\0" + len bytes, for power-loss replay
   CRASH_COUNT  file that receives the number of calls at exit
   cc -shared -fPIC -O2 -o crashshim.so crashshim.c -ldl -lpthread */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static long count, at = -1; static char root[PATH_MAX]; static size_t rl; static const char *mode; static int logfd = -1; static pid_t owner;
static void setup(void) {
  if (at >= 0) return;
  const char *r = getenv("CRASH_ROOT"); if (r && realpath(r, root)) rl = strlen(root);
  const char *a = getenv("CRASH_AT"); mode = getenv("CRASH_MODE"); if (!mode) mode = "kill";
  const char *l = getenv("CRASH_LOG"); if (l && rl) logfd = syscall(SYS_openat, AT_FDCWD, l, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  at = a ? atol(a) : 0; owner = getpid();
}
/* A server that has loaded everything forks one child per trial: each reads its own orders. */
static void again(void) { count = 0; at = -1; rl = 0; logfd = -1; }
__attribute__((constructor)) static void ini(void) { pthread_atfork(NULL, NULL, again); }
static int under(const char *p) { return rl && !strncmp(p, root, rl) && (p[rl] == '/' || !p[rl]); }
static int fdpath(int fd, char *out) { char b[64]; snprintf(b, 64, "/proc/self/fd/%d", fd); ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, b, out, PATH_MAX - 1); if (n < 0) return 0; out[n] = 0; char *d = strstr(out, " (deleted)"); if (d) *d = 0; return under(out); }
static int abspath(int dfd, const char *p, char *out) {
  if (!p) return 0; char d[PATH_MAX], t[2 * PATH_MAX];
  if (p[0] == '/') snprintf(t, sizeof t, "%s", p);
  else { if (dfd == AT_FDCWD) { if (!getcwd(d, PATH_MAX)) return 0; } else { char b[64]; snprintf(b, 64, "/proc/self/fd/%d", dfd); ssize_t n = syscall(SYS_readlinkat, AT_FDCWD, b, d, PATH_MAX - 1); if (n < 0) return 0; d[n] = 0; } snprintf(t, sizeof t, "%s/%s", d, p); }
  /* resolve the directory, keep the last name */
  char *s = strrchr(t, '/'); char rd[PATH_MAX]; if (s == t) { snprintf(out, PATH_MAX, "%s", t); return under(out); }
  *s = 0; if (!realpath(t, rd)) return 0; snprintf(out, 2 * PATH_MAX, "%s/%s", rd, s + 1); return under(out);
}
static void rec(const char *op, const char *p, const char *p2, long long off, const void *d, size_t n) {
  if (logfd < 0) return; char h[2 * PATH_MAX + 200]; int k = snprintf(h, sizeof h, "%s%c%s%c%s%c%lld%c%zu%c", op, 0, p, 0, p2 ? p2 : "", 0, off, 0, n, 0);
  struct iovec v[2] = {{h, k}, {(void *)d, n}}; syscall(SYS_writev, logfd, v, 2);
}
/* returns 0 go on, -1 fail with errno, 2 = write half then die, 3 = die after */
static int point(const char *op, const char *path) {
  long c = ++count; if (!at) return 0;
  int plus = mode[strlen(mode) - 1] == '+';
  if (c != at && !(plus && c > at)) return 0;
  if (!strncmp(mode, "ENOSPC", 6) || !strncmp(mode, "EIO", 3)) { if (!strncmp(op, "unlink", 6) || !strcmp(op, "rmdir")) return 0; errno = mode[1] == 'N' ? ENOSPC : EIO; return -1; }
  if (!strncmp(mode, "SIG", 3)) { kill(getpid(), mode[3] == 'T' ? SIGTERM : SIGINT); return 0; }
  if (!strcmp(mode, "short")) return 2; if (!strcmp(mode, "killafter")) return 3;
  kill(getpid(), SIGKILL); for (;;) pause();
}
static void die(void) { kill(getpid(), SIGKILL); for (;;) pause(); }
#define REAL(n) static __typeof__(&n) real; if (!real) real = (__typeof__(&n))dlsym(RTLD_NEXT, #n)
#define L pthread_mutex_lock(&mu)
#define U pthread_mutex_unlock(&mu)
#define GUARD(OP, PATH) L; setup(); int g = 0, in = (PATH); if (in) { g = point(OP, pa); } if (g == -1) { U; return -1; }
#define DONE if (g == 3 || g == 2) die(); U
static long long pos(int fd) { int fl = fcntl(fd, F_GETFL); if (fl >= 0 && (fl & O_APPEND)) { struct stat s; return fstat(fd, &s) ? 0 : s.st_size; } return lseek(fd, 0, SEEK_CUR); }
ssize_t write(int fd, const void *b, size_t n) { REAL(write); char pa[2 * PATH_MAX]; GUARD("write", fd > 2 && fd != logfd && fdpath(fd, pa)); if (!in) { U; return real(fd, b, n); } long long o = pos(fd); if (g == 2) n = n / 2; ssize_t r = real(fd, b, n); if (r > 0) rec("write", pa, 0, o, b, r); DONE; return r; }
static ssize_t pw(int fd, const void *b, size_t n, off_t o) { char pa[2 * PATH_MAX]; GUARD("pwrite", fdpath(fd, pa)); if (!in) { U; return syscall(SYS_pwrite64, fd, b, n, o); } if (g == 2) n /= 2; ssize_t r = syscall(SYS_pwrite64, fd, b, n, o); if (r > 0) rec("write", pa, 0, o, b, r); DONE; return r; }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return pw(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { return pw(fd, b, n, o); }
ssize_t writev(int fd, const struct iovec *v, int c) { char pa[2 * PATH_MAX]; L; setup(); int in = fd > 2 && fdpath(fd, pa); U; if (!in) return syscall(SYS_writev, fd, v, c); ssize_t t = 0; for (int i = 0; i < c; i++) { if (!v[i].iov_len) continue; ssize_t r = write(fd, v[i].iov_base, v[i].iov_len); if (r < 0) return t ? t : r; t += r; } return t; }
ssize_t copy_file_range(int a, off64_t *ao, int b, off64_t *bo, size_t n, unsigned f) { char pa[2 * PATH_MAX]; L; setup(); int in = fdpath(b, pa); U; if (in) { errno = ENOSYS; return -1; } return syscall(SYS_copy_file_range, a, ao, b, bo, n, f); }
ssize_t sendfile(int o, int i, off_t *f, size_t n) { char pa[2 * PATH_MAX]; L; setup(); int in = fdpath(o, pa); U; if (in) { errno = EINVAL; return -1; } return syscall(SYS_sendfile, o, i, f, n); }
static int ft(int fd, off_t n) { char pa[2 * PATH_MAX]; GUARD("truncate", fdpath(fd, pa)); int r = syscall(SYS_ftruncate, fd, n); if (in && !r) rec("truncate", pa, 0, n, 0, 0); DONE; return r; }
int ftruncate(int fd, off_t n) { return ft(fd, n); }
int ftruncate64(int fd, off64_t n) { return ft(fd, n); }
int fsync(int fd) { char pa[2 * PATH_MAX]; GUARD("fsync", fdpath(fd, pa)); int r = syscall(SYS_fsync, fd); if (in && !r) rec("fsync", pa, 0, 0, 0, 0); DONE; return r; }
int fdatasync(int fd) { char pa[2 * PATH_MAX]; GUARD("fsync", fdpath(fd, pa)); int r = syscall(SYS_fdatasync, fd); if (in && !r) rec("fsync", pa, 0, 0, 0, 0); DONE; return r; }
static int op(int d, const char *p, int fl, mode_t m) {
  char pa[2 * PATH_MAX]; int mut = fl & (O_CREAT | O_TRUNC); struct stat s; int existed = 0;
  L; setup(); int in = rl && mut && abspath(d, p, pa); if (in) existed = !stat(pa, &s); if (in && existed && !(fl & O_TRUNC)) in = 0;
  int g = in ? point("open", pa) : 0; if (g == -1) { U; return -1; }
  int r = syscall(SYS_openat, d, p, fl, m); if (in && r >= 0) rec(existed ? "truncate" : "create", pa, 0, 0, 0, 0); DONE; return r; }
#define VA mode_t m = 0; if (fl & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, fl); m = va_arg(a, mode_t); va_end(a); }
int open(const char *p, int fl, ...) { VA; return op(AT_FDCWD, p, fl, m); }
int open64(const char *p, int fl, ...) { VA; return op(AT_FDCWD, p, fl | O_LARGEFILE, m); }
int openat(int d, const char *p, int fl, ...) { VA; return op(d, p, fl, m); }
int openat64(int d, const char *p, int fl, ...) { VA; return op(d, p, fl | O_LARGEFILE, m); }
int creat(const char *p, mode_t m) { return op(AT_FDCWD, p, O_CREAT | O_WRONLY | O_TRUNC, m); }
static int rn(int d, const char *a, int e, const char *b, unsigned f) { char pa[2 * PATH_MAX], pb[2 * PATH_MAX]; GUARD("rename", abspath(d, a, pa) && abspath(e, b, pb)); int r = syscall(SYS_renameat2, d, a, e, b, f); if (in && !r) rec("rename", pa, pb, 0, 0, 0); DONE; return r; }
int rename(const char *a, const char *b) { return rn(AT_FDCWD, a, AT_FDCWD, b, 0); }
int renameat(int d, const char *a, int e, const char *b) { return rn(d, a, e, b, 0); }
int renameat2(int d, const char *a, int e, const char *b, unsigned f) { return rn(d, a, e, b, f); }
static int lk(int d, const char *a, int e, const char *b, int f) { char pa[2 * PATH_MAX], pb[2 * PATH_MAX]; GUARD("link", abspath(d, a, pa) && abspath(e, b, pb)); int r = syscall(SYS_linkat, d, a, e, b, f); if (in && !r) rec("link", pa, pb, 0, 0, 0); DONE; return r; }
int link(const char *a, const char *b) { return lk(AT_FDCWD, a, AT_FDCWD, b, 0); }
int linkat(int d, const char *a, int e, const char *b, int f) { return lk(d, a, e, b, f); }
static int ul(int d, const char *p, int f) { char pa[2 * PATH_MAX]; GUARD("unlink", abspath(d, p, pa)); int r = syscall(SYS_unlinkat, d, p, f); if (in && !r) rec(f & AT_REMOVEDIR ? "rmdir" : "unlink", pa, 0, 0, 0, 0); DONE; return r; }
int unlink(const char *p) { return ul(AT_FDCWD, p, 0); }
int unlinkat(int d, const char *p, int f) { return ul(d, p, f); }
int remove(const char *p) { struct stat s; return ul(AT_FDCWD, p, !lstat(p, &s) && S_ISDIR(s.st_mode) ? AT_REMOVEDIR : 0); }
int rmdir(const char *p) { return ul(AT_FDCWD, p, AT_REMOVEDIR); }
static int md(int d, const char *p, mode_t m) { char pa[2 * PATH_MAX]; GUARD("mkdir", abspath(d, p, pa)); int r = syscall(SYS_mkdirat, d, p, m); if (in && !r) rec("mkdir", pa, 0, m, 0, 0); DONE; return r; }
int mkdir(const char *p, mode_t m) { return md(AT_FDCWD, p, m); }
int mkdirat(int d, const char *p, mode_t m) { return md(d, p, m); }
__attribute__((destructor)) static void fini(void) { const char *c = getenv("CRASH_COUNT"); if (c && rl && getpid() == owner) { char b[32]; int k = snprintf(b, 32, "%ld", count); int f = syscall(SYS_openat, AT_FDCWD, c, O_WRONLY | O_CREAT | O_TRUNC, 0600); if (f >= 0) { syscall(SYS_write, f, b, k); syscall(SYS_close, f); } } }
