from homeward.mqtt.reasons import RETURN_CODES, MalformedPacket, Reason, UnacceptableProtocol


def test_a_reason_reads_as_in_the_standard() -> None:
    assert Reason.NOT_AUTHORIZED.words == "not authorized"


def test_every_return_code_that_refuses_is_a_failure_in_mqtt_5() -> None:
    assert [code for code, reason in RETURN_CODES.items() if reason < 0x80] == [0]


def test_an_error_says_what_a_client_of_mqtt_5_is_told() -> None:
    assert MalformedPacket("half").reason == Reason.MALFORMED_PACKET
    assert UnacceptableProtocol("HTTP").reason == Reason.UNSUPPORTED_PROTOCOL_VERSION
