"""Back payments: what a register has determined, settled again under changed rules."""
