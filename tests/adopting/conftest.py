"""The projects' own tests are in `checks/`; they run in a copy that has been built."""

collect_ignore_glob = ["*/checks/*"]
