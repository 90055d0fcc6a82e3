using Tideway.DeltaLog.Schema;

namespace Tideway.DeltaLog.Tests.Schema;

/// <summary>What is asked of all parts of a type.</summary>
public class DeltaTypeTests
{
    private static readonly PrimitiveType Long = new(PrimitiveKind.Long);

    private static readonly PrimitiveType Variant = new(PrimitiveKind.Variant);

    public static TheoryData<DeltaType> TypesWithVariants =>
        [
            Variant,
            new StructType([new StructField("a", Long), new StructField("b", Variant)]),
            new ArrayType(Variant, ContainsNull: true),
            new MapType(Variant, Long, ValueContainsNull: true),
            new MapType(Long, Variant, ValueContainsNull: true),
            new StructType([new StructField("a", new ArrayType(new MapType(Long, new StructType([new StructField("b", Variant)]), true), true))]),
        ];

    public static TheoryData<DeltaType> TypesWithout =>
        [
            Long,
            new DecimalType(5, 2),
            new StructType([]),
            new StructType([new StructField("variant", new ArrayType(new MapType(Long, new StructType([new StructField("b", Long)]), true), true))]),
        ];

    [Theory]
    [MemberData(nameof(TypesWithVariants), DisableDiscoveryEnumeration = true)]
    public void A_type_is_found_at_any_depth(DeltaType type) => type.Contains(part => part == Variant).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(TypesWithout), DisableDiscoveryEnumeration = true)]
    public void A_type_that_is_nowhere_is_not_found(DeltaType type) => type.Contains(part => part == Variant).ShouldBeFalse();

    [Fact]
    public void Nothing_more_is_asked_once_the_type_is_found()
    {
        var asked = new List<DeltaType>();
        var type = new StructType([new StructField("a", Variant), new StructField("b", Long)]);

        type.Contains(part =>
            {
                asked.Add(part);
                return part == Variant;
            })
            .ShouldBeTrue();

        asked.ShouldBe([type, Variant]);
    }
}
