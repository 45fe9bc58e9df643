"""The images of every model are those of tests/vectors, which come from a naive reference."""

import pytest

import gan_core as gan
from vectors import items, names, path


def test_there_are_vectors():
    assert len(names()) > 20


@pytest.mark.parametrize("name", names())
def test_images_are_those_of_the_vectors(name):
    model = gan.load(path(name))
    info = model.info
    found = 0
    for item in items(name, info.crc32):
        labels = None if item.label is None else [item.label]
        if info.image_in is None:
            made = model.generate(latents=item.latent[None], labels=labels)
            # The latent is the seed's first.
            assert (model.latents(1, item.seed) == item.latent).all()
            seeded = model.generate(1, item.seed, labels=labels)
            assert (seeded == made).all()
        else:
            height, width, channels = info.image_in
            shape = (1, height, width) if channels == 1 else (1, height, width, channels)
            mask = None if info.mask_in is None else item.mask.reshape(info.mask_in)
            latents = item.latent[None] if info.latent_len else None
            image = item.image.reshape(shape)
            made = model.transform(image, mask, labels=labels, latents=latents)
        assert made.tobytes() == item.pixels.tobytes()
        found += 1
    assert found > 0


def test_a_batch_and_any_part_of_it_are_the_same():
    model = gan.load(path("mnist-tiny"))
    images = model.generate(1000, seed=5)
    assert images.shape == (1000, 28, 28) and images.dtype == "uint8"
    assert (model.generate(300, seed=5, first=650) == images[650:950]).all()
    assert (model.generate(latents=model.latents(1000, 5)) == images).all()
    assert model.labels(12).tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    sevens = model.generate(20, seed=5, labels=7)
    assert (sevens[7] == images[7]).all() and (sevens[17] == images[17]).all()
    assert (sevens[6] != images[6]).any()
