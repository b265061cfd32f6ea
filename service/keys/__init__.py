"""Keys, sealed at rest: operators', one a role, and those kept for people; what they sign, and never twice."""
