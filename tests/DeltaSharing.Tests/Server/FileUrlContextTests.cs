using Tideway.DeltaSharing.Server.Serving;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class FileUrlContextTests
{
    private static readonly Guid Acme = Guid.Parse("018f0000-0000-7000-8000-000000000001");

    [Fact]
    public void A_table_is_written_as_it_always_was()
    {
        var text = new FileUrlContext(Acme, "s", "sc", "t").ToText();

        text.ShouldBe("018f0000000070008000000000000001/s/sc/t");
        FileUrlContext.TryParse(text, out var read).ShouldBeTrue();
        (read!.Table, read.Volume, read.RecipientId).ShouldBe(("t", null, Acme));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    public void A_volume_says_how_deep_its_folder_is(int depth)
    {
        var text = (new FileUrlContext(Acme, "s", "sc", "v") { VolumeDepth = depth }).ToText();

        FileUrlContext.TryParse(text, out var read).ShouldBeTrue();
        (read!.Table, read.Volume, read.VolumeDepth).ShouldBe((null, "v", depth));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x/s/sc/t")]
    [InlineData("018f0000000070008000000000000001/s/sc")]
    [InlineData("018f0000000070008000000000000001/s//t")]
    [InlineData("018f0000000070008000000000000001/s/sc/v/")]
    [InlineData("018f0000000070008000000000000001/s/sc/v/-1")]
    [InlineData("018f0000000070008000000000000001/s/sc/v/1/2")]
    [InlineData("018f0000000070008000000000000001/s/sc/v/99999999999")]
    public void Anything_else_is_none(string? text) => FileUrlContext.TryParse(text, out _).ShouldBeFalse();
}
