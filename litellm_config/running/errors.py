class GatewayFailed(Exception):
    """The gateway could not be started; one sentence for the operator."""
