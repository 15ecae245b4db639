"""From records to figures: a room for each kind of set, the tables that all of them fill, what each measure means."""
