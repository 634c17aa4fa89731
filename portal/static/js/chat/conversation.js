// The middle of the page.
