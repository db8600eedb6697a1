"""What differs between asyncio, trio and threads, behind one small interface.

    interface     Runtime and Event: all that the rest of the client asks for
    in_threads    blocks; and `run`, which gets a coroutine to its end in a thread
    event_loops   what asyncio and trio have in common; and `current_runtime`
    on_asyncio    suspends in asyncio's loop
    on_trio       suspends in trio's

Everything above is written once, as coroutines that are given a runtime and never ask which library runs. In a thread
nothing that is awaited suspends.
"""
