"""A table of bad inputs, as data: a module for each family, an entry for each input; ``test_bad_inputs`` tries them all."""
