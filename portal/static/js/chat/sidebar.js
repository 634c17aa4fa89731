// The list of chats.
