"""The screens: entry, policy, help; and the dialogs that choose and confirm."""
