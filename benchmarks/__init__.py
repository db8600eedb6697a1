"""What a call costs, ours beside the clients it is an alternative to. `make bench` runs it; nothing here is a test.

    python -m benchmarks            everything, about half an hour
    python -m benchmarks --quick    the same in a fraction of the rounds, some minutes

    __main__         the order of things: server, generated clients, modes, parts, targets, table, JSON, chart
    server           one server process on the loopback interface, with one fixed answer; counts connections
    generated        the clients that other generators write, made anew in each run
    rivals/          the clients, each in a module that says how one call is made
    modes            how many tasks, cold or warm, over TLS or not
    worker           one process a rival and mode: runs a round when asked, and prints what it cost
    rounds           the rounds of all rivals, taking turns; ratios of the pairs, their median and quartiles
    growth           ours with ten times as many tasks
    parts/           what is measured by itself: imports, first answer, guard, decoding, memory
    targets          what is aimed at and what was reached
    report, chart    the table and the picture
    machine          system, versions, and whether others use the machine

What makes it fair is written in `report.NOTES`, which is printed with the figures and kept in the JSON.
"""
