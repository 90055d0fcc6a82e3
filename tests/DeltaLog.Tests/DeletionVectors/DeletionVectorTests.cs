using System.Buffers.Binary;
using Tideway.DeltaLog.Actions;
using Tideway.DeltaLog.DeletionVectors;
using Tideway.DeltaLog.Tests.Conformance;
using Tideway.ObjectStorage.Local;

namespace Tideway.DeltaLog.Tests.DeletionVectors;

public sealed class DeletionVectorTests : IDisposable
{
    // The rows of the protocol's inline example, in the format that the protocol describes.
    private static readonly DeletionVectorDescriptor Inline = new()
    {
        StorageType = "i",
        PathOrInlineDv = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L",
        SizeInBytes = 44,
        Cardinality = 6,
    };

    private readonly TableFolder folder = new();

    [Fact]
    public async Task An_inline_vector_is_read() =>
        (await new DeletionVectorReader(folder.Store).ReadAsync(Inline, default)).Ranges.ShouldBe([(3, 5), (7, 8), (11, 12), (18, 19), (29, 30)]);

    [Fact]
    public void A_vector_in_a_file_has_the_name_that_the_protocol_says() =>
        DeletionVectorReader
            .Key(
                new DeletionVectorDescriptor
                {
                    StorageType = "u",
                    PathOrInlineDv = "ab^-aqEH.-t@S}K{vb[*k^",
                    SizeInBytes = 1,
                    Cardinality = 1,
                },
                folder.Store.Root
            )
            .ShouldBe("ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin");

    [Theory]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{", 44, 6)]
    [InlineData("~~~~~0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", 44, 6)]
    [InlineData("000000rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", 44, 6)]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", 44, 7)]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", 40, 6)]
    [InlineData("^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L", 48, 6)]
    [InlineData("^Bg9^0rr91@@@@@", 12, 6)]
    public async Task A_damaged_vector_is_refused(string text, int size, long cardinality) =>
        await new DeletionVectorReader(folder.Store)
            .ReadAsync(Inline with { PathOrInlineDv = text, SizeInBytes = size, Cardinality = cardinality }, default)
            .ShouldFailAsync(DeltaLogError.CorruptLog);

    [Theory]
    [InlineData("x", "abc")]
    [InlineData("u", "short")]
    [InlineData("u", "ab^-aqEH.-t@S}K{vb[*k^")]
    public async Task A_vector_that_cannot_be_found_is_refused(string storage, string path) =>
        await new DeletionVectorReader(folder.Store)
            .ReadAsync(
                new DeletionVectorDescriptor
                {
                    StorageType = storage,
                    PathOrInlineDv = path,
                    Offset = 1,
                    SizeInBytes = 40,
                    Cardinality = 6,
                },
                default
            )
            .ShouldFailAsync(DeltaLogError.CorruptLog);

    [Fact]
    public async Task A_vector_file_with_a_flipped_bit_is_refused()
    {
        var source = TestTables.Folder("dat/deletion_vectors");
        var name = Path.GetFileName(Directory.GetFiles(source, "deletion_vector_*.bin").Single());
        var bytes = File.ReadAllBytes(Path.Combine(source, name));
        bytes[^10] ^= 1;
        File.WriteAllBytes(Path.Combine(folder.Path, name), bytes);
        var vector = (await new DeltaTable(new LocalObjectStore(source), TimeProvider.System).LoadAsync()).Files.Single().DeletionVector!;

        (await new DeletionVectorReader(folder.Store).ReadAsync(vector, default).ShouldFailAsync(DeltaLogError.CorruptLog)).Message.ShouldContain("checksum");
    }

    [Fact]
    public void Every_kind_of_container_is_read()
    {
        // One bucket: an array {1, 3}, a run 65536 + [10, 14], and a bitmap of the even numbers from 131072 on.
        var bytes = new List<byte>();
        void U16(int value) => bytes.AddRange([(byte)value, (byte)(value >> 8)]);
        void U32(uint value)
        {
            var buffer = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(buffer, value);
            bytes.AddRange(buffer);
        }

        U32(1681511377);
        U32(1);
        U32(0);
        U32(0);
        U32(12347 | (2 << 16));
        bytes.Add(0b010);
        foreach (var (key, count) in new[] { (0, 2), (1, 5), (2, 32768) })
        {
            U16(key);
            U16(count - 1);
        }

        U16(1);
        U16(3);
        U16(1);
        U16(10);
        U16(4);
        bytes.AddRange(Enumerable.Repeat((byte)0b01010101, 8192));

        var rows = RoaringBitmap.Read(bytes.ToArray());

        rows.Count.ShouldBe(2 + 5 + 32768);
        rows.Ranges.Take(3).ShouldBe([(1, 2), (3, 4), (65546, 65551)]);
        rows.Ranges[^1].ShouldBe((131072 + 65534, 131072 + 65535));
    }

    [Fact]
    public void Sets_of_rows_can_be_taken_from_each_other()
    {
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var left = Enumerable.Range(0, 60).Where(_ => random.Next(3) > 0).ToList();
            var right = Enumerable.Range(0, 60).Where(_ => random.Next(3) == 0).ToList();

            Rows(Set(left).Except(Set(right))).ShouldBe(left.Except(right).Select(row => (long)row));
        }
    }

    public void Dispose() => folder.Dispose();

    private static RowSet Set(IEnumerable<int> rows)
    {
        var set = new RowSet();
        foreach (var row in rows)
            set.Append(row, row + 1);
        return set;
    }

    private static IEnumerable<long> Rows(RowSet set) =>
        set.Ranges.SelectMany(range => Enumerable.Range(0, (int)(range.End - range.Start)).Select(offset => range.Start + offset));
}
