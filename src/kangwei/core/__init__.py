"""The pure part of Kangwei: no Django, no ORM, and no look at the clock."""
