"""Durable runs and wake-ups; knows no flow."""
