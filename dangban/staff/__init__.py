"""Staff files (人事档案): terms of work, wages, training, levels."""
