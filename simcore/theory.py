"""What queueing theory says exactly, for checks and for sizes beyond simulation."""

from math import exp

import numpy as np

from simcore.kernel import Floats


def erlang_b(offered: float, servers: int) -> float:
    """Return the share of arrivals lost with no waiting room (Erlang B).

    *offered* is in busy servers: arrival rate times mean holding time.

    >>> round(erlang_b(offered=16.0, servers=20), 5)
    0.06441
    """
    blocked = 1.0
    for server in range(1, servers + 1):
        blocked = offered * blocked / (server + offered * blocked)
    return blocked


def erlang_c(offered: float, servers: int) -> float:
    """Return the probability that an arrival waits (Erlang C); 1 at or beyond saturation.

    *offered* is in busy servers (arrival rate times mean holding time), not in jobs.

    >>> [round(erlang_c(offered, 20), 4) for offered in (14.0, 16.0, 18.0)]
    [0.0936, 0.2561, 0.5508]
    """
    if offered >= servers:
        return 1.0
    blocked = erlang_b(offered, servers)
    return blocked / (1 - offered / servers * (1 - blocked))


def cox_variance(users: float, slots_per_user: float, variance: float, shared: float) -> float:
    """Return the variance of the slots in use where rates are lognormal and keep their mean.

    N p + p² [N (e^v - 1) + N (N - 1) (e^s - 1)], with *variance* v of the logarithm of a rate and
    *shared* s, the part of it that users have in common. For one message a session.

    >>> round(cox_variance(users=20, slots_per_user=0.1, variance=0.25, shared=0.075), 4)
    2.3528
    """
    own = users * (exp(variance) - 1)
    pairs = users * (users - 1) * (exp(shared) - 1)
    return users * slots_per_user + slots_per_user**2 * (own + pairs)


def course(rate: Floats, survival: Floats) -> Floats:
    """Return the mean in service over a periodic course of arrival *rate*.

    The mean of a non-homogeneous M/G/infinity at t is the sum of rate(t - u) times the chance
    *survival(u)* that a service lasts longer than u, both in steps of one length, with the rate an
    expected number a step. The convolution is circular, by FFT.

    >>> course(np.array([1.0, 0.0, 0.0, 0.0]), np.array([1.0, 0.5])).round(6).tolist()
    [1.0, 0.5, 0.0, 0.0]
    """
    size = len(rate)
    folded = np.zeros(size)
    for start in range(0, len(survival), size):
        part = survival[start : start + size]
        folded[: len(part)] += part
    return np.asarray(np.fft.irfft(np.fft.rfft(rate) * np.fft.rfft(folded), size))
