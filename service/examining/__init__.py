"""What `qianyin doctor` looks at: every part of a home, what is wrong with it, and what to do."""
