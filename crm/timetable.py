"""How often each sweep runs, and where tasks wait; `docs/architecture.md` says which rows each finishes."""

EVERY_SECONDS: dict[str, int] = {
    "agent.resume_conversations": 5,
    "agent.tell_consultants": 10,
    "agent.deliver_notifications": 10,
    "agent.catch_up_notifications": 10,
    "agent.refine_leads": 30,
    "agent.rehearse_drafts": 15,
    "agent.return_conversations": 60,
    "leads.assign_waiting_leads": 10,
    "leads.act_on_due_replies": 10,
    "leads.alert_managers": 15,
    "leads.process_deliveries": 10,
    "leads.tell_endpoints": 5,
    "leads.reconcile_meta": 15 * 60,
    "leads.forget_bodies": 6 * 60 * 60,
    "whatsapp.take_in_arrivals": 5,
    "whatsapp.deliver_messages": 5,
    "whatsapp.fetch_media": 30,
    "whatsapp.settle_unconfirmed": 30,
    "whatsapp.retry_messages": 30,
    "whatsapp.apply_status_reports": 60,
    "whatsapp.follow_assignments": 60,
    "whatsapp.rebuild_chat_lists": 60,
    "whatsapp.close_conversations": 300,
    "whatsapp.recover_lost": 300,
    "whatsapp.sync_templates": 300,
    "whatsapp.record_consents": 6 * 60 * 60,
    "whatsapp.forget_status_reports": 86400,
}

# Which queue a task waits in; the others wait in `celery`. A worker takes from all in turn unless told otherwise.
# Those in `quick` wait for nobody but PostgreSQL and Redis: a worker of that queue alone keeps leads moving while
# the others wait for a slow model or endpoint. In `unhurried` a thousand may wait after an import, and no client's
# reply waits behind them.
QUEUES: dict[str, tuple[str, ...]] = {
    "quick": (
        "leads.process_deliveries",
        "leads.assign_waiting_leads",
        "whatsapp.take_in_arrivals",
        "whatsapp.follow_assignments",
        "agent.resume_conversations",
    ),
    "unhurried": (
        "agent.handle_new_lead",
        "agent.refine_leads",
        "agent.rehearse_drafts",
        "leads.reconcile_meta",
        "leads.tell_endpoints",
    ),
}
