"""Wrong answers by lecture: SLIPS, the name of an exercise -> functions that its check must turn down."""
