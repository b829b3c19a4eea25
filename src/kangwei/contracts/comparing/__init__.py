"""The contracts a person may see, side by side: figures, service levels, duties, names of documents.

Each module reads what its page and its Excel file show, in a number of queries that no number of contracts changes.
"""
