"""The demo workspace: fixed logins, one line each, example leads with histories made through the services."""
