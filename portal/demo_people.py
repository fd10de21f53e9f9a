"""The sample sign-ins that the sign-in page shows in demo mode (示例)."""

from portal.authentication import DemoPerson


def demo_people() -> tuple[DemoPerson, ...]:
    # Loaded only in demo mode: a production process never holds the sample people.
    from portal.cli.demo import people

    citizens = (
        DemoPerson(person.phone, people.PASSWORD, person.name, "")
        for person in people.PEOPLE
        if person.signs_in
    )
    staff = (
        DemoPerson(
            member.login,
            people.PASSWORD,
            member.name,
            member.position,
            member.totp_secret,
            post_en=member.position_en,
        )
        for member in people.STAFF
    )
    return (*citizens, *staff)
