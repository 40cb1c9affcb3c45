"""What a template can put on a line of its own, one file each: `{last_order}`, `{qr|caption}`, ..."""
