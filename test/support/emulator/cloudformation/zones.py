"""Zones whose ids do not follow the alphabet, so that names prove nothing."""

from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.route53.models import HostedZoneIdentifier

# Zone ids in the order of the names a, b, c ….
ZONE_IDS = {
    "us-east-1": ["use1-az6", "use1-az2", "use1-az3", "use1-az1", "use1-az5", "use1-az4"],
    "us-west-1": ["usw1-az3", "usw1-az1"],
    "ap-northeast-1": ["apne1-az4", "apne1-az2", "apne1-az3", "apne1-az1"],
    "ca-central-1": ["cac1-az2", "cac1-az4", "cac1-az3", "cac1-az1"],
    "eu-central-1": ["euc1-az2", "euc1-az3", "euc1-az1"],
}


def set_zones(region, ids):
    """Gives the zones a, b, c … of a region these ids. They differ between accounts."""
    zone = type(RegionsAndZonesBackend.zones["us-east-1"][0])
    RegionsAndZonesBackend.zones[region] = [
        zone(region_name=region, name=f"{region}{chr(ord('a') + index)}", zone_id=zone_id)
        for index, zone_id in enumerate(ids)
    ]


def install():
    for region, ids in ZONE_IDS.items():
        set_zones(region, ids)
    generate = HostedZoneIdentifier.generate
    # In AWS, ids of hosted zones begin with Z.
    HostedZoneIdentifier.generate = lambda self, **options: f"Z{generate(self, **options)}"
