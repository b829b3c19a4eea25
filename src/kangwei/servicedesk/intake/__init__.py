"""What comes in from outside, read and judged before an action takes it: mails, talks, rosters, orders, signatures."""
