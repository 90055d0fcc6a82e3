using FsCheck;
using FsCheck.Fluent;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;

namespace Tideway.DeltaLog.Tests.DeletionVectors;

public sealed class SingleVectorFileTests : IDisposable
{
    private readonly TableFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Any_rows_of_another_tables_file_are_the_same_rows_in_a_file_of_its_own() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Rows.ToArbitrary(),
                rows =>
                {
                    var (vector, stored) = Elsewhere(rows);
                    var here = SingleVectorFile.Describe(vector, Guid.CreateVersion7());
                    var content = SingleVectorFile.Content(vector, stored);
                    return RoaringBitmap.Read(DeletionVectorReader.Unwrap(content.AsSpan(here.Offset!.Value), here)).Ranges.SequenceEqual(rows.Ranges);
                }
            )
        );

    [Fact]
    public void No_vector_with_a_byte_that_was_changed_is_taken() =>
        Check.QuickThrowOnFailure(
            Prop.ForAll(
                Rows.ToArbitrary(),
                Gen.Zip(Gen.Choose(0, int.MaxValue), Gen.Choose(1, 255)).ToArbitrary(),
                (rows, change) =>
                {
                    var (vector, stored) = Elsewhere(rows);
                    stored[change.Item1 % stored.Length] ^= (byte)change.Item2;
                    return Should.Throw<DeltaLogException>(() => SingleVectorFile.Content(vector, stored)).Error == DeltaLogError.CorruptLog;
                }
            )
        );

    [Fact]
    public async Task The_file_is_found_by_what_describes_the_vector()
    {
        var rows = new RowSet();
        rows.Append(3, 10);
        var (vector, stored) = Elsewhere(rows);
        var id = Guid.CreateVersion7();

        await folder.Store.PutAsync(SingleVectorFile.NameOf(id), new MemoryStream(SingleVectorFile.Content(vector, stored)), default);

        var here = SingleVectorFile.Describe(vector, id);
        here.Key(folder.Store.Root).ShouldBe(SingleVectorFile.NameOf(id));
        (await new DeletionVectorReader(folder.Store).ReadAsync(here, default)).Ranges.ShouldBe([(3, 10)]);
    }

    [Fact]
    public void A_vector_of_another_number_of_rows_or_bytes_than_it_is_said_to_have_is_not_taken()
    {
        var rows = new RowSet();
        rows.Append(3, 10);
        var (vector, stored) = Elsewhere(rows);

        Refused(vector with { Cardinality = 8 }, stored).ShouldContain("expected 8 rows, found 7");
        Refused(vector with { SizeInBytes = vector.SizeInBytes + 1 }, stored).ShouldContain("expected");
        Refused(vector, [.. stored, 0]).ShouldContain("expected");
        Refused(vector, []).ShouldContain("expected");
    }

    [Fact]
    public void Rows_are_counted_without_being_held_however_many_a_few_bytes_name()
    {
        var rows = new RowSet();
        // Each range by itself, so that the vector is many times smaller than the list of its rows.
        for (var start = 0L; start < 3_000_000; start += 2)
            rows.Append(start, start + 1);
        var (vector, stored) = Elsewhere(rows);
        SingleVectorFile.Content(vector, stored);
        var before = GC.GetAllocatedBytesForCurrentThread();

        SingleVectorFile.Content(vector, stored);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(2L * stored.Length);
    }

    [Theory]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "i", 44, 6, null)]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "i", 44, 7, "expected 7 rows, found 6")]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", "i", 48, 6, "expected 48 bytes, found 44")]
    [InlineData("~~~~~", "i", 4, 6, "is not a character of Z85")]
    [InlineData("ab^-aqEH.-t@S}K{vb[*k^", "u", 44, 6, "expected an inline vector")]
    public void A_vector_in_the_descriptor_is_checked_as_well(string text, string storage, int size, long cardinality, string? fault)
    {
        var vector = new DeletionVectorDescriptor
        {
            StorageType = storage,
            PathOrInlineDv = text,
            SizeInBytes = size,
            Cardinality = cardinality,
        };

        if (fault is null)
            SingleVectorFile.CheckInline(vector);
        else
            Should.Throw<DeltaLogException>(() => SingleVectorFile.CheckInline(vector)).Message.ShouldMatch(fault);
    }

    // Single rows, runs, and rows beyond 32 bits.
    private static Gen<RowSet> Rows =>
        Gen.Choose(1, 40)
            .SelectMany(count =>
                Gen.Zip(
                    Gen.ListOf(Gen.OneOf(Gen.Choose(0, 5), Gen.Choose(0, 200_000), Gen.Choose(0, int.MaxValue)), count),
                    Gen.ListOf(Gen.Choose(1, 5_000), count)
                )
            )
            .Select(pair =>
            {
                var rows = new RowSet();
                var at = 0L;
                foreach (var (gap, length) in pair.Item1.Zip(pair.Item2))
                {
                    rows.Append(at + gap, at + gap + length);
                    at += gap + length;
                }

                return rows;
            });

    private static string Refused(DeletionVectorDescriptor vector, byte[] stored) =>
        Should.Throw<DeltaLogException>(() => SingleVectorFile.Content(vector, stored)).Message;

    private static (DeletionVectorDescriptor Vector, byte[] Stored) Elsewhere(RowSet rows)
    {
        using var file = new DeletionVectorFile();
        var before = new RowSet();
        before.Append(1, 2);
        file.Add(before);
        var vector = file.Add(rows);
        var content = new byte[file.Length];
        file.Content.ReadExactly(content);
        return (vector, content[vector.Offset!.Value..]);
    }
}
