"""Attendance (考勤): punches judged by shift, and what follows from them."""
