"""Which addresses count as public."""

import socket

import pytest

from shopweave.runtime.addresses import AddressRefused, is_public, public_socket


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "185.12.64.1", "2a00:1450:4001:81b::200e", "64:ff9b::808:808"]
)
def test_addresses_of_the_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.255.0.3",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2130706433",
        "0177.0.0.1",
        "localhost",
        "",
    ],
)
def test_addresses_of_private_networks_and_odd_spellings_are_not(address: str) -> None:
    assert not is_public(address)


def test_no_socket_is_made_for_a_private_address() -> None:
    with pytest.raises(AddressRefused):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))


def test_a_socket_is_made_for_a_public_address() -> None:
    made = public_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)))
    assert made.family is socket.AF_INET
    made.close()
