"""What making the model of the example answer takes: ours beside the stock one, taking turns in one process."""

import gc
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.answer import example
from benchmarks.rounds import spread
from devrev_auth_client.generated.models import AuthTokensGetResponse

if __name__ == "__main__":
    rounds, batch = int(sys.argv[1]), int(sys.argv[2])
    sys.path.append(sys.argv[3])
    from stock_client.models import AuthTokensGetResponse as Stock

    body: dict[str, Any] = example()

    def microseconds(decode: Callable[[dict[str, Any]], Any]) -> float:
        start = time.process_time()
        for _ in range(batch):
            decode(body)
        return (time.process_time() - start) / batch * 1e6

    gc.collect()
    pairs = [(microseconds(AuthTokensGetResponse.from_dict), microseconds(Stock.from_dict)) for _ in range(rounds + 1)]
    del pairs[0]
    figures = {
        "ours_us": spread([ours for ours, _ in pairs], 2),
        "stock_us": spread([stock for _, stock in pairs], 2),
        "ratio": spread([ours / stock for ours, stock in pairs], 3),
    }
    print(json.dumps(figures))
