# Completion of okr in fish: goes to ~/.config/fish/completions/okr.fish.
# What can be completed is asked of okr itself, so this file never becomes stale.
COMPLETE=fish okr | source
