using System.Net;
using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.ShareRegistry.Tests.Access;

public sealed class IpAccessListTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.20.30.64/26", "10.20.30.127", true)]
    [InlineData("10.20.30.64/26", "10.20.30.128", false)]
    [InlineData("10.20.30.65/26", "10.20.30.64", true)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.1.1", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.1.1", true)]
    [InlineData("2001:db8::/33", "2001:db8:7fff::1", true)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("10.0.0.0/33", "10.0.0.1", false)]
    [InlineData("10.0.0.0/-1", "10.0.0.1", false)]
    [InlineData("10.0.0.0/x", "10.0.0.1", false)]
    [InlineData("nonsense", "10.0.0.1", false)]
    public void An_address_is_on_the_list_or_not(string entry, string address, bool allowed)
    {
        IpAccessList.Allows([entry], IPAddress.Parse(address)).ShouldBe(allowed);
        IpAccessList.Allows(["192.0.2.1", entry], IPAddress.Parse(address)).ShouldBe(allowed);
    }

    [Fact]
    public void An_empty_list_allows_anybody_and_any_other_nobody_unknown()
    {
        IpAccessList.Allows([], null).ShouldBeTrue();
        IpAccessList.Allows(["0.0.0.0/0", "::/0"], null).ShouldBeFalse();
    }
}
