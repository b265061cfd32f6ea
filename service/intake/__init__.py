"""What people send in (sheets, museum records), judged at the border and turned into validated requests."""
