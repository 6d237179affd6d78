"""The requests in `checks/` run in the project of the page, once that is built."""

collect_ignore = ["checks"]
