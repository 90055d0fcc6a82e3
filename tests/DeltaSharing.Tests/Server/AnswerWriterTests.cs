using System.Buffers;
using System.Text;
using Tideway.DeltaSharing.Protocol.Lines;
using Tideway.DeltaSharing.Server.Answers;
using Tideway.Testing;

namespace Tideway.DeltaSharing.Tests.Server;

public sealed class AnswerWriterTests
{
    private readonly List<byte[]> portions = [];

    [Fact]
    [ProtocolRule("Answers of any size", "The first lines leave before the last are made, and the work ends when the client goes")]
    public async Task A_small_portion_leaves_first_and_larger_ones_later()
    {
        using var writer = New();
        for (var i = 0; i < 3000; i++)
            await writer.WriteAsync(Line(i), default);
        await writer.FlushAsync(default);

        portions[0].Length.ShouldBeInRange(AnswerWriter.FirstPortion, AnswerWriter.FirstPortion + 200);
        portions.Skip(1).SkipLast(1).ShouldAllBe(portion => portion.Length >= AnswerWriter.Portion && portion.Length < AnswerWriter.Portion + 200);
        Text().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(3000);
        writer.BytesWritten.ShouldBe(portions.Sum(portion => portion.Length));
    }

    [Fact]
    public async Task A_line_longer_than_a_portion_is_whole()
    {
        using var writer = New();
        await writer.WriteAsync(new MetadataLine { Id = "i", SchemaString = new string('x', 500_000) }, default);
        await writer.FlushAsync(default);

        Text().Length.ShouldBeGreaterThan(500_000);
        Text().ShouldEndWith("}\n");
    }

    [Theory]
    [InlineData(10)]
    [InlineData(16 * 1024)]
    [InlineData(300_000)]
    [InlineData(900_000)]
    public async Task Lines_that_are_kept_elsewhere_come_as_they_are(int length)
    {
        var kept = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, length / 10).Select(i => $"{i:D9}\n")));
        using var writer = New();
        await writer.WriteAsync(Line(1), default);
        await writer.WriteLinesAsync(kept, default);
        await writer.WriteAsync(Line(2), default);
        await writer.FlushAsync(default);

        var text = Text();
        text[(text.IndexOf('\n') + 1)..].ShouldStartWith(Encoding.ASCII.GetString(kept));
        text.ShouldEndWith("}\n");
        portions.ShouldAllBe(portion => portion.Length <= AnswerWriter.ReadyPortion);
    }

    [Fact]
    public async Task What_has_not_ended_can_be_taken_back()
    {
        using var writer = New();
        await writer.WriteAsync(Line(1), default);
        writer.Write("half of a"u8);
        writer.DropLine();
        await writer.WriteAsync(Line(2), default);
        await writer.FlushAsync(default);

        Text().ShouldNotContain("half");
        writer.BytesWritten.ShouldBe(Text().Length);
    }

    private AnswerWriter New() =>
        new(
            (portion, _) =>
            {
                portions.Add(portion.ToArray());
                return ValueTask.CompletedTask;
            }
        );

    private string Text() => string.Concat(portions.Select(Encoding.UTF8.GetString));

    private static EndStreamLine Line(int number) => new() { RefreshToken = new string('r', 60), MinUrlExpirationTimestamp = number };
}
