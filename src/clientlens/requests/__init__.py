"""Order requests: rules, screening, states, offers, replay."""
