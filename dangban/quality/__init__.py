"""Quality (奖惩): offences, sanctions, appeals, commendations."""
