"""The rules that `requests rules init` writes: every key, explained."""

TEMPLATE = """\
# Which incoming orders are held until you have decided. 'clientlens requests rules check' finds slips in this file,
# 'clientlens requests rules show' draws its week, and 'clientlens requests replay' tells what it would have held.

# false: every order passes.
enabled = true

# new: hold the orders of clients who have not completed an order with you, in any of your stores. all: of everyone.
audience = "new"

# The zone of the hours below; without it, the workspace's.
# timezone = "Europe/Rome"

# When orders are held; at all other hours they pass, and may begin at once. So to look first at what comes overnight, write
# the hours of the night. Ranges of the clock on your wall, as many a day as you like. Days without any hold nothing; without
# [schedule] orders are held at any time. '21:00-00:00' means to midnight (as '21:00-24:00' does); a range that ends before
# it begins, such as '22:00-06:00', goes on into the next day. In the night in which clocks are put forward the hour that
# does not exist holds nothing; an hour that comes twice counts both times.
[schedule]
monday = ["00:00-24:00"]
tuesday = ["00:00-24:00"]
wednesday = ["00:00-24:00"]
thursday = ["00:00-24:00"]
friday = ["00:00-24:00"]
saturday = ["00:00-24:00"]
sunday = ["00:00-24:00"]

# When you are there to answer, in the same form, for 'clientlens requests report'; without it, [schedule].
# [working_hours]
# monday = ["09:00-12:30", "14:00-18:00"]

# Times away come before the schedule. A day as 'to' is the last one away; with a time it is when you are back. Orders
# that come then are on hold all the while; with "pass" they all pass.
# [[away]]
# from = 2026-12-24
# to = 2027-01-06
# orders = "hold"
# note = "Christmas"

# Services (or articles) whose orders are held. 'others' says it of those that are not named.
[services]
others = true
# "Logo design" = true
# "Gift card" = false

# Packages of a service, likewise. A service that is not named here has all its packages held.
# [packages."Logo design"]
# basic = false
# premium = true
# others = true

# What the text of a request must tell. What leaves something open is held whoever orders and whenever, since it could not
# be begun. 'Brand name: ACME' answers "Brand name".
# [requirements]
# "Logo design" = ["Brand name", "Colours"]

# What an offer has unless you say otherwise.
[offers]
expires_days = 7            # or "never"
delivery_days = 5
"""
