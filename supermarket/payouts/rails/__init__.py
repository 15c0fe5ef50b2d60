"""Ways to a bank. `base` says what a rail is; each module here is one."""
