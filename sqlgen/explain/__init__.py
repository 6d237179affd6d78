"""Statements, session -> their plans, and the conditions in them that no index can serve.

The tables are empty, so that no plan says what a server with rows would do. What it does say is which
indexes PostgreSQL can use at all: plans are made with sequential scans disabled.
"""

from .asking import (
    PAGE_QUESTIONS,
    Ask,
    AskAll,
    AskedSettings,
    StatementPlans,
    explain_all,
    explain_statements,
)
from .candidates import candidate_indexes, page_index
from .facts import IndexService, index_service
from .fetching import fetch_indexes, fetch_json
from .indexes import Index, TableIndexes
from .page_service import PageEffect, UnservedPage, page_pairs, unserved_page
from .plan_nodes import PlanNode, read_plan
from .rewrites import ConditionRewrite, condition_rewrites
from .service import UnservedScan, unserved_scans, used_indexes
from .statements import PlannedVariant, planned_variants

__all__ = [
    "PAGE_QUESTIONS",
    "Ask",
    "AskAll",
    "AskedSettings",
    "ConditionRewrite",
    "Index",
    "IndexService",
    "PageEffect",
    "PlanNode",
    "PlannedVariant",
    "StatementPlans",
    "TableIndexes",
    "UnservedPage",
    "UnservedScan",
    "candidate_indexes",
    "condition_rewrites",
    "explain_all",
    "explain_statements",
    "fetch_indexes",
    "fetch_json",
    "index_service",
    "page_index",
    "page_pairs",
    "planned_variants",
    "read_plan",
    "unserved_page",
    "unserved_scans",
    "used_indexes",
]
