"""系统管理: people, roles, sessions, the audit trail, and why somebody sees what they see."""
