"""DingTalk: Stream or HTTP in, robot, webhooks and interactive cards out."""
