"""Trains a classifier on digits that a model of 18 KB makes, and tries it on real ones.

    pip install gan-core scikit-learn
    python gan-py/examples/synthetic_classifier.py

scikit-learn brings its 1,797 handwritten digits of 8x8 pixels. models/digits8.gan was trained on
1,497 of them; the last 300 have not been seen by it, and are the test here.
"""

from pathlib import Path

from sklearn.datasets import load_digits
from sklearn.svm import SVC

import gan_core as gan

MODEL = Path(__file__).resolve().parents[2] / "models/digits8.gan"
#: The images that digits8 was trained on; the rest is held back.
TRAINED_ON = 1_497


def accuracy(images, labels, test):
    """How many of the test images a classifier gets right that learnt from these images."""
    classifier = SVC(gamma="scale").fit(images.reshape(len(images), -1) / 255, labels)
    return classifier.score(*test)


def main():
    digits = load_digits()
    real, labels = digits.data / 16, digits.target  # the pixels are 0 to 16
    test = real[TRAINED_ON:], labels[TRAINED_ON:]

    model = gan.load(MODEL)
    synthetic, synthetic_labels = gan.Dataset(model, 5_000).arrays()
    print(f"{len(test[1])} real digits that neither the model nor a classifier has seen:")
    on_real = accuracy(real[:TRAINED_ON] * 255, labels[:TRAINED_ON], test)
    print(f"trained on {TRAINED_ON:,} real digits:      accuracy {on_real:.3f}")
    on_synthetic = accuracy(synthetic, synthetic_labels, test)
    print(f"trained on {len(synthetic):,} synthetic digits: accuracy {on_synthetic:.3f}")
    return on_real, on_synthetic


if __name__ == "__main__":
    main()
