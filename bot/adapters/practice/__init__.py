"""The practice chat: a third platform that lives in this program. Loopback only; its people are played from one page."""
