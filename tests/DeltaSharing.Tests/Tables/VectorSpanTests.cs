using Tideway.DeltaLog.Actions;
using Tideway.DeltaSharing.Tables;

namespace Tideway.DeltaSharing.Tests.Tables;

public sealed class VectorSpanTests
{
    private const int Frame = 8;

    [Fact]
    public void Vectors_of_one_file_that_follow_each_other_are_read_together_whichever_order_they_are_told_in()
    {
        Spans(Vector(1000, 92), Vector(0, 92), Vector(200, 700), Vector(100, 92))
            .ShouldBe([
                [0, 100, 200, 1000],
            ]);
    }

    [Fact]
    public void Vectors_of_several_files_are_not_read_together()
    {
        Spans(Vector(0, 92, "a"), Vector(0, 92, "b"), Vector(100, 92, "a"))
            .ShouldBe([
                [0, 100],
                [0],
            ]);
    }

    [Fact]
    public void A_gap_is_read_in_vain_where_it_is_small()
    {
        var gap = Frame + 10 + VectorSpan.MaxGapBytes;

        Spans(Vector(0, 10), Vector(gap, 10))
            .ShouldBe([
                [0, gap],
            ]);
        Spans(Vector(0, 10), Vector(gap + 1, 10))
            .ShouldBe([
                [0],
                [gap + 1],
            ]);
    }

    [Fact]
    public void No_more_is_read_together_than_a_span_may_have()
    {
        const int half = (VectorSpan.MaxBytes / 2) - Frame;

        Spans(Vector(0, half), Vector(half + Frame, half))
            .ShouldBe([
                [0, half + Frame],
            ]);
        Spans(Vector(0, half), Vector(half + Frame, half + 1))
            .ShouldBe([
                [0],
                [half + Frame],
            ]);
    }

    [Fact]
    public void One_alone_may_be_longer_and_is_read_alone()
    {
        const int end = SharedVector.MaxBytes + Frame;

        Spans(Vector(0, SharedVector.MaxBytes), Vector(end, 10), Vector(end + 100, 10))
            .ShouldBe([
                [0],
                [end, end + 100],
            ]);
    }

    [Fact]
    public void Places_that_overlap_and_the_last_there_are_do_no_harm()
    {
        Spans(Vector(0, 1000), Vector(10, 10), Vector(int.MaxValue, SharedVector.MaxBytes))
            .ShouldBe([
                [0, 10],
                [int.MaxValue],
            ]);
    }

    [Fact]
    public void A_vector_that_is_told_twice_is_read_once_and_one_in_the_line_is_not_read()
    {
        var inline = new SharedVector(
            new DeletionVectorDescriptor
            {
                StorageType = "i",
                PathOrInlineDv = "00000",
                SizeInBytes = 4,
                Cardinality = 1,
            },
            null,
            null
        );

        Spans(Vector(0, 92), inline, Vector(0, 92))
            .ShouldBe([
                [0],
            ]);
    }

    private static IEnumerable<int[]> Spans(params IEnumerable<SharedVector> vectors) =>
        VectorSpan.Of(vectors).Select(span => span.Vectors.Select(vector => vector.Descriptor.Offset!.Value).ToArray());

    private static SharedVector Vector(int offset, int size, string file = "f") =>
        new(
            new DeletionVectorDescriptor
            {
                StorageType = "p",
                PathOrInlineDv = "https://h/" + file,
                Offset = offset,
                SizeInBytes = size,
                Cardinality = 1,
            },
            file,
            new Uri("https://h/" + file)
        );
}
