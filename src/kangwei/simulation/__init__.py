"""Practice data: months of plausible work, replayed through the same actions that people use.

Like the command line this lies above all apps: it plays every role in turn. Nothing here is ever loaded unless asked
for, nothing touches a real contract, and everything it makes says that it is practice (练习): contracts, parties,
people, targets, documents.
"""
