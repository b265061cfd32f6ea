"""A chain on this machine, with the contracts on it: `devnet.installation` has the verbs up, down, status and logs."""
