"""What a program sees of the clients. Every test here runs on asyncio, on trio, and on the sync client."""
