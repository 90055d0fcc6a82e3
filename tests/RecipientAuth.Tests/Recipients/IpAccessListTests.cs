using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Tideway.RecipientAuth.Recipients;

namespace Tideway.RecipientAuth.Tests.Recipients;

public class IpAccessListTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1")]
    [InlineData("10.0.0.0/8", "10.0.0.0/8")]
    [InlineData("10.0.0.1/32", "10.0.0.1")]
    [InlineData("0.0.0.0/0", "0.0.0.0/0")]
    [InlineData("2001:DB8:0:0:0:0:0:1", "2001:db8::1")]
    [InlineData("2001:db8::/32", "2001:db8::/32")]
    [InlineData("::1/128", "::1")]
    public void An_entry_is_kept_in_its_canonical_form(string entry, string kept) => Parse(entry).Entries.ShouldBe([kept]);

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("0x0a.0.0.1")]
    [InlineData("10.0.0.1 ")]
    [InlineData("10.0.0.1/8")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/+8")]
    [InlineData("10.0.0.0/8/8")]
    [InlineData("2001:db8::1/32")]
    [InlineData("2001:db8::/129")]
    [InlineData("[::1]")]
    [InlineData("[::1]:443")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:10.0.0.1")]
    public void What_is_no_address_or_range_is_refused_and_named(string entry)
    {
        var refusal = IpAccessList.Parse([entry]).Refusal.ShouldNotBeNull();

        refusal.ErrorCode.ShouldBe("INVALID_PARAMETER_VALUE");
        refusal.Message.ShouldContain($"'{entry}'");
    }

    [Fact]
    public void Entries_that_say_the_same_are_kept_once() => Parse("10.0.0.1", "10.0.0.1/32", "10.0.0.1").Entries.ShouldBe(["10.0.0.1"]);

    [Theory]
    [InlineData("10.0.0.1", true)]
    [InlineData("10.255.255.255", true)]
    [InlineData("::ffff:10.0.0.1", true)]
    [InlineData("11.0.0.0", false)]
    [InlineData("2001:db8:1::5", true)]
    [InlineData("2001:db9::5", false)]
    [InlineData("::a00:1", false)]
    public void An_address_gets_in_where_an_entry_covers_it(string address, bool allowed) =>
        Parse("10.0.0.0/8", "2001:db8::/32").Allows(IPAddress.Parse(address)).ShouldBe(allowed);

    [Fact]
    public void An_empty_list_lets_everyone_in_and_any_other_nobody_unknown()
    {
        IpAccessList.Everyone.Allows(address: null).ShouldBeTrue();
        Parse().Allows(IPAddress.IPv6Loopback).ShouldBeTrue();
        Parse("0.0.0.0/0", "::/0").Allows(address: null).ShouldBeFalse();
    }

    [Fact]
    public void A_range_covers_exactly_the_addresses_that_begin_with_its_bits() =>
        Prop.ForAll<uint, uint, byte>(
                (network, address, length) =>
                {
                    var bits = length % 33;
                    var mask = bits == 0 ? 0u : uint.MaxValue << (32 - bits);
                    var list = Parse($"{Address(network & mask)}/{bits}");
                    return list.Allows(Address(address)) == ((address & mask) == (network & mask))
                        && list.Allows(Address((network & mask) | (address & ~mask)));
                }
            )
            .QuickCheckThrowOnFailure();

    [Fact]
    public void What_was_kept_is_read_back_alike()
    {
        var list = Parse("10.0.0.0/8", "192.0.2.7", "2001:db8::/32");

        IpAccessList.OfStored(list.Entries).Entries.ShouldBe(list.Entries);
        Should.Throw<InvalidOperationException>(() => IpAccessList.OfStored(["nowhere"]));
    }

    private static IPAddress Address(uint bits) => new(BitConverter.GetBytes(bits).Reverse().ToArray());

    private static IpAccessList Parse(params string[] entries) => IpAccessList.Parse(entries).Value.ShouldNotBeNull();
}
