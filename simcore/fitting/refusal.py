"""The refusal of a file of which nothing can be used."""

from simcore.faults import Fault, ParameterFaults


def refused(name: str, message: str) -> ParameterFaults:
    """Return the exception of a file of which nothing can be used."""
    return ParameterFaults([Fault(name, "", message)])
